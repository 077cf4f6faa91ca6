const { count } = require('./words');

test('one word', () => {
  expect(count('one')).toBe(1);
});

describe('count', () => {
  it('has nothing to count in blanks', () => {
    expect(count('  ')).toBe(0); // the line that is annotated
  });

  it('throws', () => {
    throw new Error('no server here');
  });

  it.each([['a b', 2], ['a  b', 2], ['<a> & "b"', 3]])('of %s is %d', (text, words) => {
    expect(count(text)).toBe(words);
  });

  it.skip('is left out', () => {});

  it.todo('is to be written');
});

describe('on a second try', () => {
  let tries = 0;
  jest.retryTimes(2);
  it('works', () => {
    tries += 1;
    expect(tries).toBe(2);
  });
});
