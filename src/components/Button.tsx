import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

interface ButtonProps {
  label: string;
  onClick?: () => void;
  icon?: LabIcon;
  /** Only the icon is seen; the label is for screen readers and the tool tip. */
  iconOnly?: boolean;
  kind?: 'accept' | 'warn' | 'plain';
  disabled?: boolean;
  title?: string;
  /** It sends the form that it is in. */
  submit?: boolean;
}

/** A button in the theme's form. */
export function Button(props: ButtonProps): React.JSX.Element {
  const { label, onClick, icon, iconOnly = false, kind = 'plain', disabled = false } = props;
  const styles = { accept: 'jp-mod-accept', warn: 'jp-mod-warn', plain: '' };
  return (
    <button
      type={props.submit === true ? 'submit' : 'button'}
      className={`jp-Envs-button ${iconOnly ? 'jp-mod-icon' : ''} ${styles[kind]}`}
      onClick={onClick}
      disabled={disabled}
      title={props.title ?? (iconOnly ? label : undefined)}
      aria-label={iconOnly ? label : undefined}
    >
      {icon && <icon.react tag="span" className="jp-Envs-buttonIcon" />}
      {!iconOnly && <span>{label}</span>}
    </button>
  );
}
