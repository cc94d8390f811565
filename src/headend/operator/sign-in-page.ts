import { html } from '../../platform/html.ts';
import { document } from './layout.ts';

/** @param problem what was wrong with the last try, or empty */
export function signInPage(problem: string): string {
  const words = problem === '' ? html`` : html`<p class="bad" role="alert">${problem}</p>`;
  return document(
    'Sign in',
    html`<main><h1>Ackbox headend</h1>${words}<form method="post" action="/operator/sign-in">
<p><label>Name <input name="name" autocomplete="username" required maxlength="40"></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="200"></label></p>
<p><label>Code of your authenticator <input name="code" inputmode="numeric" autocomplete="one-time-code" required pattern="[0-9]{6}" maxlength="6"></label></p>
<p><button>Sign in</button></p></form>
<p>Accounts are made on the machine of the headend: <code>ackbox operator add NAME --role ROLE</code>. Whoever has the link that the headend printed at its start needs none.</p></main>`,
  );
}
