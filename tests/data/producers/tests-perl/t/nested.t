use strict;
use warnings;
use Test::More;

subtest 'holds' => sub {
    plan tests => 2;
    ok 1, 'first';
    subtest 'deeper' => sub {
        ok 1, 'second';
        done_testing;
    };
};
subtest 'breaks' => sub {
    ok 1, 'third';
    is 1, 2, 'fourth';
    done_testing;
};
subtest 'left out' => sub {
    plan skip_all => 'not here';
};
done_testing;
