import React from 'react';

import type { OperationEvent } from '../types';
import { clock, eventText } from '../texts';
import { useTrans } from './context';

/** What happened so far, the progress of a phase in one line: its latest. */
export function Log({ events }: { events: readonly OperationEvent[] }): React.JSX.Element {
  const trans = useTrans();
  const list = React.useRef<HTMLOListElement>(null);
  const lines = latestOfEach(events);
  React.useEffect(() => {
    // Not scrollIntoView, which also moves the panel under the person's hands.
    if (list.current) {
      list.current.scrollTop = list.current.scrollHeight;
    }
  }, [events]);
  return (
    <ol ref={list} className="jp-Envs-log" aria-label={trans.__('Log')} tabIndex={0}>
      {lines.map(event => {
        const text = eventText(event, trans);
        return (
          text !== null && (
            <li key={event.seq}>
              <time dateTime={event.time}>{clock(event.time)}</time> {text}
            </li>
          )
        );
      })}
    </ol>
  );
}

function latestOfEach(events: readonly OperationEvent[]): OperationEvent[] {
  return events.filter((event, index) => {
    const next = events[index + 1];
    return event.code !== 'progress' || next?.code !== 'progress' || next.phase !== event.phase;
  });
}
