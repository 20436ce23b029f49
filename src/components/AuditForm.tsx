import React from 'react';

import type { Question } from '../past';
import { Button } from './Button';
import { useTrans } from './context';

interface AuditFormProps {
  question: Question;
  /** The notebook that a person seems to mean; null where there is none. */
  notebook: string | null;
  /** The time zone of this browser, and its offset, as "Europe/Berlin (UTC+01:00)". */
  zone: string;
  busy: boolean;
  onAsk: (question: Question) => void;
}

/** The question "what ran when?": a time, and what narrows the answer down. */
export function AuditForm(props: AuditFormProps): React.JSX.Element {
  const { notebook, zone, busy, onAsk } = props;
  const trans = useTrans();
  const [draft, setDraft] = React.useState(props.question);
  // Whoever comes from a notebook or from a history has asked something already.
  React.useEffect(() => setDraft(props.question), [props.question]);
  const set = (change: Partial<Question>): void => setDraft({ ...draft, ...change });
  return (
    <form
      className="jp-Envs-question"
      role="search"
      aria-label={trans.__('What ran when')}
      onSubmit={event => {
        event.preventDefault();
        onAsk(draft);
      }}
    >
      <label>
        <span>{trans.__('When')}</span>
        <input
          type="datetime-local"
          className="jp-mod-styled"
          value={draft.when}
          max="9999-12-31T23:59"
          onChange={event => set({ when: event.target.value })}
        />
        <span className="jp-Envs-aside">{trans.__('Empty means now. Time zone: %1', zone)}</span>
      </label>
      <label>
        <span>{trans.__('Notebook')}</span>
        <input
          className="jp-mod-styled"
          value={draft.notebook}
          placeholder={trans.__('any')}
          spellCheck={false}
          onChange={event => set({ notebook: event.target.value })}
        />
        {notebook !== null && notebook !== draft.notebook && (
          <button type="button" className="jp-Envs-link" onClick={() => set({ notebook })}>
            {notebook}
          </button>
        )}
      </label>
      <label>
        <span>{trans.__('Lock digest')}</span>
        <input
          className="jp-mod-styled"
          value={draft.digest}
          placeholder={trans.__('any')}
          spellCheck={false}
          maxLength={64}
          onChange={event => set({ digest: event.target.value })}
        />
        <span className="jp-Envs-aside">{trans.__('Its beginning is enough')}</span>
      </label>
      <Button kind="accept" submit label={trans.__('Look it up')} disabled={busy} />
    </form>
  );
}
