import { html, type Markup } from '../../platform/html.ts';
import { formToken, table } from './layout.ts';
import type { OperatorCaller } from './operator-sessions.ts';
import type { Reckoning, ReckoningForm } from './price-reckoning.ts';

export interface ReckoningFacts {
  readonly form: ReckoningForm;
  readonly said: string;
  readonly answer: Readonly<Record<string, unknown>> | null;
}

const BUTTONS: Readonly<Record<Reckoning, string>> = {
  check: 'Is it a model?',
  rate: 'What does the usage cost?',
  explain: 'Why?',
  quote: 'What will the next use cost?',
  compare: 'What differs from the other model?',
  simulate: 'Who pays more, who less?',
  cheapest: 'Which model is cheapest?',
  tree: 'What does the node cost?',
  audit: 'Does the book equal a replay?',
};

/** Asks the rater about models without touching what is sold: everything is typed in, nothing is kept. */
export function reckoningBody({ form, said, answer }: ReckoningFacts, caller: OperatorCaller): Markup {
  const { xml, other, usage, until, seconds, lenient } = form;
  const { plays, minutes, months, tree, licences, use } = form;
  const buttons = Object.entries(BUTTONS).map(([what, words]) => html`<button name="what" value="${what}">${words}</button> `);
  const checked = lenient ? html` checked` : html``;
  return html`${said === '' ? html`` : html`<p role="status" class="bad">${said}</p>`}${answer === null ? html`` : html`<h2>Answer</h2>${shown(answer, 'Answer')}`}
<h2>Ask</h2><form method="post" action="/operator/prices/reckon">${formToken(caller)}
<p><label>Pricing model (XML of document 002) <textarea name="xml" rows="12" cols="90" spellcheck="false">${xml}</textarea></label></p>
<p><label><input type="checkbox" name="lenient" value="yes"${checked}> repair what the document prints wrongly</label></p>
<p><label>The model before it, for what differs and who pays more; for the cheapest any more models, one after another <textarea name="other" rows="6" cols="90" spellcheck="false">${other}</textarea></label></p>
<p><label>Usage, as in a USAGE.json; a list of them for who pays more <textarea name="usage" rows="8" cols="90" spellcheck="false">${usage}</textarea></label></p>
<p><label>Until, or at <input name="until" value="${until}" placeholder="2026-03-28T00:00:00Z" maxlength="40"></label>
<label>Seconds of the next use <input name="seconds" value="${seconds}" inputmode="decimal" maxlength="12"></label></p>
<p><label>For the cheapest: plays a month <input name="plays" value="${plays}" inputmode="numeric" maxlength="6"></label>
<label>minutes of each <input name="minutes" value="${minutes}" inputmode="decimal" placeholder="3" maxlength="8"></label>
<label>months <input name="months" value="${months}" inputmode="numeric" maxlength="4"></label></p>
<p><label>Tree of models, as in a TREE.json <textarea name="tree" rows="6" cols="90" spellcheck="false">${tree}</textarea></label></p>
<p><label>Licences of the user <input name="licences" value="${licences}" placeholder="A,B" maxlength="2000"></label>
<label>Node that is used <input name="use" value="${use}" maxlength="64"></label></p><p>${buttons}</p></form>`;
}

const DEPTH_MAX = 6;
const ROWS_MAX = 500;

/** Any answer of a price call: records as lists, lists of records as tables. */
function shown(value: unknown, name: string, depth = 0): Markup {
  if (Array.isArray(value)) return shownList(value.slice(0, ROWS_MAX), name, depth);
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return html`${value === null ? '-' : String(value)}`;
  const lines = Object.entries(value).map(([key, inner]) => html`<dt>${key.replaceAll('_', ' ')}</dt><dd>${shown(inner, key, depth + 1)}</dd>`);
  return html`<dl>${lines}</dl>`;
}

function shownList(list: readonly unknown[], name: string, depth: number): Markup {
  if (list.length === 0) return html`none`;
  const isRecord = (item: unknown): item is Readonly<Record<string, unknown>> => typeof item === 'object' && item !== null && !Array.isArray(item);
  if (!list.every(isRecord)) return html`<ul>${list.map((item) => html`<li>${shown(item, name, depth + 1)}</li>`)}</ul>`;
  const columns = [...new Set(list.flatMap((item) => Object.keys(item)))];
  const rows = list.map((item) => html`<tr>${columns.map((column) => html`<td>${shown(item[column] ?? null, column, depth + 1)}</td>`)}</tr>`);
  return table(
    name.replaceAll('_', ' '),
    columns.map((column) => column.replaceAll('_', ' ')),
    rows,
  );
}
