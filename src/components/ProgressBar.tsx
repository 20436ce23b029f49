import React from 'react';

interface ProgressBarProps {
  /** From 0 to 1; null where it is not known how much there is to do. */
  value: number | null;
  label: string;
}

/** A real bar; it moves to and fro where the end is not known. */
export function ProgressBar({ value, label }: ProgressBarProps): React.JSX.Element {
  const percent = value === null ? undefined : Math.round(value * 100);
  return (
    <div
      className={`jp-Envs-bar ${value === null ? 'jp-mod-indeterminate' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div className="jp-Envs-barFill" style={{ width: `${percent ?? 30}%` }} />
    </div>
  );
}
