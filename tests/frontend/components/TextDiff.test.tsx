import { render, screen } from '@testing-library/react';
import React from 'react';

import { TextDiff } from '../../../src/components/TextDiff';
import { english } from '../support/translation';

const DIFF = `--- environment.yml
+++ environment.yml
@@ -1,2 +1,2 @@
 name: a
--- - odd
+++ b
@@ -9 +9 @@
 
+  - tqdm
`;

const lines = (kind: string): string[] => [
  ...[...screen.getByRole('group').querySelectorAll(kind)].map(one => one.textContent)
];

describe('a diff', () => {
  beforeEach(() => {
    render(<TextDiff text={DIFF} label={english.__('What changes')} />);
  });

  it('tells what comes and what goes', () => {
    expect(screen.getByRole('group', { name: 'What changes' })).toBeTruthy();
    expect(lines('ins')).toEqual(['+++ b', '+  - tqdm']);
    expect(lines('del')).toEqual(['--- - odd']);
    expect(lines('span')).toEqual([' name: a', ' ']);
  });

  it('separates places that are not next to each other', () => {
    expect(screen.getAllByRole('separator')).toHaveLength(1);
  });
});
