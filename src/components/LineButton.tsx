import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';

interface LineButtonProps {
  isOpen: boolean;
  onToggle: () => void;
  children: React.ReactNode;
}

/** The button of a line, which unfolds it. */
export function LineButton({ isOpen, onToggle, children }: LineButtonProps): React.JSX.Element {
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <button
      type="button"
      className="jp-Envs-gpuTitle"
      aria-expanded={isOpen}
      onClick={() => onToggle()}
    >
      <Caret.react tag="span" className="jp-Envs-caret" />
      {children}
    </button>
  );
}
