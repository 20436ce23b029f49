// Warnings are errors: React and JupyterLab tell of misuse on the console.
const said: unknown[][] = [];

beforeEach(() => {
  for (const level of ['error', 'warn'] as const) {
    jest.spyOn(console, level).mockImplementation((...words: unknown[]) => void said.push(words));
  }
});

afterEach(() => {
  expect(said.splice(0)).toEqual([]);
});
