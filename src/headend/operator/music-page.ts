import { html, type Markup } from '../../platform/html.ts';
import type { OutletRow } from '../../ports/headend-stores.ts';
import { formToken, table } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';

export interface ListedWork {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly genre: string;
}

/** The catalogue, and hiding of works at one venue or all of them. */
export function musicBody(
  facts: {
    readonly works: readonly ListedWork[];
    readonly all: number;
    readonly search: string;
    readonly outlets: readonly Pick<OutletRow, 'outlet' | 'name'>[];
  },
  caller: OperatorCaller,
): Markup {
  const where = facts.outlets.map(({ outlet, name }) => html`<option value="${outlet}">${name}</option>`);
  const rows = facts.works.map(
    (
      work,
    ) => html`<tr><td>${work.title}<br><code>${work.id}</code></td><td>${work.artist}</td><td>${work.genre}</td><td><form class="line" method="post" action="/operator/music/hide">${formToken(caller)}
<input type="hidden" name="work" value="${work.id}"><label>Where <select name="outlet"><option value="all">every box</option>${where}</select></label>
<label>Why <input name="reason" required maxlength="120" pattern="[^&quot;]+" placeholder="families before nine"></label><button>Hide ${work.title}</button>
<button formaction="/operator/music/why" formnovalidate>Ask one box why it hides it</button></form></td></tr>`,
  );
  return html`<form class="line" method="get" action="/operator/music"><label>Title, artist or genre <input name="search" value="${facts.search}"></label><button>Search</button></form>
<p>${facts.works.length} of ${facts.all} works. Why a box hides a work it says itself, with its next report: name the box and ask; its answer stands on its page.</p>
${table('Works', ['Work', 'Artist', 'Genre', 'Hide it'], rows)}`;
}
