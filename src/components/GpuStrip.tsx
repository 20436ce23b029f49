import React from 'react';

import { isUsual, places } from '../gpus';
import type { Hardware, Holders, Note } from '../types';
import { clock, noteAdvice, noteText } from '../texts';
import type { Actions } from './actions';
import { useTrans } from './context';
import { GpuLine } from './GpuLine';
import { Machine } from './Machine';

/** What the strip shows. */
export interface GpuStripProps {
  hardware: Hardware;
  /** Whose the memory is; null before that has come. */
  holders: Holders | null;
  /** The server does not answer, and this may be old. */
  away: boolean;
  /** The lines that are unfolded: uuids, and `machine`. */
  open: ReadonlySet<string>;
  onToggle: (line: string) => void;
  actions: Actions;
}

/** The GPUs and their slices, a line each, and the machine that they are in. */
export function GpuStrip(props: GpuStripProps): React.JSX.Element {
  const { hardware, holders, away, open, onToggle, actions } = props;
  const trans = useTrans();
  const lines = places(hardware, holders);
  const stale = hardware.stale_since ?? holders?.stale_since ?? null;
  return (
    <section className="jp-Envs-gpus" aria-label={trans.__('GPUs and machine')}>
      {/* Always there, so that a screen reader tells what appears in it by itself. */}
      <div aria-live="polite">
        {!isUsual(hardware) && <Fault note={hardware.note} />}
        {hardware.state === 'waiting' && (
          <p className="jp-Envs-note">{noteText(hardware.note, trans)}</p>
        )}
        {hardware.devices.map(
          one => one.note && <Fault key={one.uuid} note={one.note} isNote={one.state === 'ok'} />
        )}
        {stale !== null && !away && (
          <p className="jp-Envs-gpuNote">
            {trans.__(
              'The driver does not come back: this is as it was at %1. If it stays so, the machine has to be rebooted.',
              clock(stale)
            )}
          </p>
        )}
      </div>
      {lines.length > 0 && (
        <ul className="jp-Envs-gpuList" aria-label={trans.__('GPUs')}>
          {lines.map(place => (
            <GpuLine
              key={place.key}
              place={place}
              driver={hardware.driver}
              cuda={hardware.cuda}
              isOld={away || stale !== null}
              isOpen={open.has(place.key)}
              onToggle={() => onToggle(place.key)}
              actions={actions}
            />
          ))}
        </ul>
      )}
      <Machine hardware={hardware} isOpen={open.has('machine')} onToggle={onToggle} />
    </section>
  );
}

/** What is wrong with the driver or with a GPU, and what to do. */
function Fault(props: { note: Note; isNote?: boolean }): React.JSX.Element {
  const trans = useTrans();
  const advice = noteAdvice(props.note, trans);
  return (
    <p className="jp-Envs-gpuNote" data-code={props.note.code}>
      <strong>{props.isNote === true ? trans.__('Note:') : trans.__('GPU problem:')}</strong>{' '}
      {noteText(props.note, trans)}.{advice !== null && ` ${advice}`}
    </p>
  );
}
