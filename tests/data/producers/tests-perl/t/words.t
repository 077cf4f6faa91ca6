use strict;
use warnings;
use Test::More tests => 6;

sub count { scalar split / /, $_[0], -1 }

is count('one'), 1, 'one word';
is count('  '), 0, 'blanks'; # the line that is annotated
is count('a b'), 2, 'two # words';
SKIP: {
    skip 'not before the next version', 1;
    ok 0, 'later';
}
TODO: {
    local $TODO = 'known';
    is count('a  b'), 2, 'runs of blanks';
}
ok 1;
