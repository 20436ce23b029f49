import React from 'react';

import { owned, type Place } from '../gpus';
import type { Shares } from '../types';
import { confidenceText, gib, ownerTitle } from '../texts';
import { useTrans } from './context';

/** Memory by owner; without owners, how much is in use. The numbers stand beside it. */
export function MemoryBar({ place }: { place: Place }): React.JSX.Element | null {
  const trans = useTrans();
  const { memory, memory_used: used } = place.slice ?? place.device;
  if (!memory) {
    return null;
  }
  const parts = place.shares ? owned(place.shares) : [];
  const told = parts.map(one => trans.__('%1: %2', ownerTitle(one.owner, trans), gib(one.bytes)));
  return (
    <div
      className="jp-Envs-memory"
      role="img"
      aria-label={
        told.length > 0
          ? trans.__('Memory by owner. %1', told.join(', '))
          : trans.__('Memory in use: %1', used === null ? trans.__('not known') : gib(used))
      }
    >
      {parts.length > 0
        ? parts.map(one => (
            <span
              key={one.owner}
              data-owner={one.owner}
              style={{ width: `${percent(one.bytes, memory)}%` }}
            />
          ))
        : used !== null && (
            <span data-owner="unattributed" style={{ width: `${percent(used, memory)}%` }} />
          )}
    </div>
  );
}

/** The bar's legend, with the numbers. */
export function MemoryOwners({ shares }: { shares: Shares }): React.JSX.Element {
  const trans = useTrans();
  const free = (shares.memory ?? 0) - (shares.used ?? 0) - (shares.reserved ?? 0);
  const confidence = confidenceText(shares.confidence, trans);
  return (
    <>
      <ul className="jp-Envs-owners" aria-label={trans.__('Memory by owner')}>
        {owned(shares).map(one => (
          <li key={one.owner} data-owner={one.owner}>
            {ownerTitle(one.owner, trans)}
            <span>{gib(one.bytes)}</span>
          </li>
        ))}
        {shares.memory !== null && shares.used !== null && (
          <li data-owner="free">
            {trans.__('Free')}
            <span>{gib(Math.max(0, free))}</span>
          </li>
        )}
      </ul>
      {confidence !== null && (
        <p className="jp-Envs-aside">{trans.__('Whose it is: %1.', confidence)}</p>
      )}
    </>
  );
}

function percent(part: number, whole: number): number {
  return Math.min(100, Math.round((1000 * part) / whole) / 10);
}
