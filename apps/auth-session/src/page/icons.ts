import { Html } from './html';

/** Drawn in the text's own colour, hidden from screen readers: the words beside them say the same. */
const LOOK = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const icon = (paths: string): Html => Html.literal(`<svg ${LOOK} aria-hidden="true" focusable="false">${paths}</svg>`);

export const ICONS = {
  shield: icon('<path d="M12 3l7 3v5c0 4.6-2.9 8-7 10-4.1-2-7-5.4-7-10V6z"/><path d="M9 12l2.2 2.2L15.5 10"/>'),
  check: icon('<path d="M5 12.5l4.5 4.5L19 7.5"/>'),
  cross: icon('<path d="M7 7l10 10M17 7L7 17"/>'),
  clock: icon('<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>'),
  link: icon('<path d="M9.5 14.5l5-5M10.5 7l1.2-1.2a4.3 4.3 0 016 6L16.5 13M13.5 17l-1.2 1.2a4.3 4.3 0 01-6-6L7.5 11"/>'),
  dots: Html.literal('<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>'),
} as const;
