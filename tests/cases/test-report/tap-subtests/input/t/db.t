use Test::More;

is(1, 2);
