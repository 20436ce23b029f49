import { Dialog } from '@jupyterlab/apputils';
import { within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { confirmRemove } from '../../../src/widgets/dialogs';
import { environment, generation } from '../support/records';
import { english } from '../support/translation';
import { answer, dialog, dialogClosed } from '../support/widgets';

const science = environment({ generations: [generation(1), generation(2)] });

const TITLE = 'Remove science?';

afterEach(() => {
  Dialog.flush();
});

describe('the question whether an environment shall go', () => {
  it('says what will be gone, and what stays', async () => {
    const answered = confirmRemove(english, science, 0);
    const shown = within(await dialog(TITLE));
    await shown.findByText('Its 2 generations and its kernel are taken away.');
    expect(shown.getByText(/Its lock is kept/)).toBeTruthy();
    expect(shown.queryByText(/will lose/)).toBeNull();
    await answer(TITLE, 'Remove');
    expect(await answered).toBe(true);
  });

  it.each([
    [1, 1, '1 kernel runs from it and will lose its files.'],
    [3, 2, '2 kernels run from it and will lose their files.'],
    [1, 0, '1 process runs from it and will lose its files.'],
    [2, 0, '2 processes run from it and will lose their files.']
  ])('says what runs: of %s processes %s kernels', async (processes, kernels, text) => {
    const answered = confirmRemove(english, { ...science, processes }, kernels);
    expect(await within(await dialog(TITLE)).findByText(text)).toBeTruthy();
    await answer(TITLE, 'Cancel');
    expect(await answered).toBe(false);
  });

  it.each(['{Enter}', '{Escape}'])('is answered with no by the key %s', async key => {
    const answered = confirmRemove(english, science, 0);
    await dialog(TITLE);
    await userEvent.keyboard(key);
    expect(await answered).toBe(false);
    await dialogClosed();
  });
});
