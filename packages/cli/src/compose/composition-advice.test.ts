import { ERRORS } from '@apollo/federation-internals';
import { describe, expect, it } from 'vitest';
import { adviceFor } from './composition-advice.js';

const fallback = adviceFor('A_CODE_OF_THE_FUTURE');

describe('adviceFor', () => {
  it('has a sentence for every code that composition can raise', () => {
    const codes = Object.values(ERRORS).map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(80);
    expect(codes.filter((code) => adviceFor(code) === fallback)).toEqual([]);
    expect(codes.filter((code) => !/^[A-Z@].+\.$/.test(adviceFor(code)))).toEqual([]);
  });

  it('says where to read about a code that it does not know', () => {
    expect(fallback).toContain('https://');
  });
});
