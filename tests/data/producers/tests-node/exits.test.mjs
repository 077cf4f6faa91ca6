import { test } from 'node:test';

test('holds', () => {});

test('takes the process with it', () => {
  process.exit(3);
});

test('is never reached', () => {});
