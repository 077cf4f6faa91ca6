require('a-module-that-nobody-has');

test('is never reached', () => {});
