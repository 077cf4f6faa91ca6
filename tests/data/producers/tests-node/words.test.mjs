import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';

import { count } from './words.mjs';

test('one word', () => {
  assert.equal(count('one'), 1);
});

test('# a name with <marks> & "quotes"', () => {
  assert.equal(count('<a> & b'), 3);
});

describe('count', () => {
  it('has nothing to count in blanks', () => {
    assert.equal(count('  '), 0); // the line that is annotated
  });

  it('throws', () => {
    throw new Error('no server here');
  });

  describe('deeper', () => {
    it('counts two', () => {
      assert.equal(count('a b'), 2);
    });
  });

  it.skip('is left out', () => {});

  it.todo('is to be written');

  it('is known to fail', { todo: true }, () => {
    assert.equal(count('a  b'), 2);
  });

  it('takes too long', { timeout: 50 }, () => new Promise(resolve => setTimeout(resolve, 500)));
});

test('with steps', async step => {
  await step.test('first', () => {});
  await step.test('second', () => {});
});
