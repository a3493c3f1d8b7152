import { expect, test } from 'vitest';
import { openerOf } from './browser.js';

test('a browser is opened only where a person sits at a desktop', () => {
  expect(openerOf('linux', {})).toBeUndefined();
  expect(openerOf('linux', { DISPLAY: ':0' })).toEqual(['xdg-open']);
  expect(openerOf('linux', { DISPLAY: ':0', CI: 'true' })).toBeUndefined();
  expect(openerOf('linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' })).toBeUndefined();
  expect(openerOf('darwin', {})).toEqual(['open']);
});
