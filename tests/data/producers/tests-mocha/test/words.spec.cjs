const assert = require('node:assert/strict');

const count = text => text.split(' ').length; // wrong about blanks

it('counts one word', () => {
  assert.equal(count('one'), 1);
});

describe('count', () => {
  it('has nothing to count in blanks', () => {
    assert.equal(count('  '), 0); // the line that is annotated
  });

  it('is left out');

  it.skip('is skipped', () => {});

  it('takes too long', done => {
    setTimeout(done, 500);
  }).timeout(20);

  let tries = 0;
  it('works on a second try', () => {
    tries += 1;
    assert.equal(tries, 2);
  }).retries(2);

  describe('with a hook that fails', () => {
    before(() => {
      throw new Error('no server here');
    });
    it('is never reached', () => {});
  });
});
