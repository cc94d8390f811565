import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps {
  /** Unique on its screen: the focus comes back to it. */
  readonly name: string;
  readonly icon?: IconName;
  readonly kind?: 'main' | 'plain' | 'entry' | 'seek' | 'card' | 'row' | 'key' | 'choice';
  /** Has the focus when its screen is entered. */
  readonly first?: boolean;
  readonly pressed?: boolean;
  readonly current?: boolean;
  /** Where the words inside are not what a listener needs. */
  readonly label?: string;
  readonly press: () => void;
  readonly children?: ComponentChildren;
}

/** The one thing that can be pressed. Whatever presses it (a finger, OK, a switch) clicks it. */
export function Button({ name, icon, kind = 'plain', first = false, pressed, current = false, label, press, children }: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      data-focus={name}
      data-first={first ? '' : undefined}
      aria-pressed={pressed}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      onClick={press}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}
