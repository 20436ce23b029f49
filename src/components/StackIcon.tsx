import React from 'react';

/** Pictures of the icons that stacks name, as lines on 24 by 24. */
const LINES: Readonly<Record<string, string>> = {
  chart: 'M4 20V10M10 20V4M16 20v-8M3 21h18',
  chat: 'M4 5h16v11h-9l-5 4v-4H4zM8 9h8M8 12h5',
  compass: 'M12 3a9 9 0 1 0 .01 0M15.5 8.5l-2 5-5 2 2-5z',
  dna: 'M7 3c0 6 10 6 10 12v6M17 3c0 6-10 6-10 12v6M8 6h8M8 18h8M10 12h4',
  eye: 'M2 12c4-7 16-7 20 0-4 7-16 7-20 0zM12 9a3 3 0 1 0 .01 0',
  flame: 'M12 3c1 4 6 6 6 11a6 6 0 0 1-12 0c0-3 2-4 3-6 1 1 1 2 1 3 2-2 3-5 2-8z',
  gauge: 'M4 18a9 9 0 1 1 16 0zM12 15l5-6',
  globe: 'M12 3a9 9 0 1 0 .01 0M3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18',
  gradient: 'M4 4c1 12 7 16 16 16M9 13a1 1 0 1 0 .01 0M15 18a1 1 0 1 0 .01 0M4 21h17',
  graph:
    'M6 6a2 2 0 1 0 .01 0M18 5a2 2 0 1 0 .01 0M12 16a2 2 0 1 0 .01 0M7 9l4 7M17 9l-4 7M8 8l8-1',
  languages: 'M3 5h10v8H8l-3 3v-3H3zM11 15v2h5l3 3v-3h2V9h-6',
  stack: 'M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5',
  table: 'M4 5h16v14H4zM4 10h16M4 15h16M10 5v14',
  text: 'M4 6h16M4 11h16M4 16h10'
};

/** The icon of a stack, which is decoration: its title says the same. */
export function StackIcon({ name }: { name: string }): React.JSX.Element {
  return (
    <svg className="jp-Envs-stackIcon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={LINES[name] ?? LINES.stack} />
    </svg>
  );
}
