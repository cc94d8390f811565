// The box's screen: draws every view that the box sends, and sends what a person presses. It decides nothing.
const at = (id) => document.getElementById(id);
const COLUMN_STEP = { ArrowLeft: -1, ArrowRight: 1 };
const RETRY_MS = 1_000;
/** Rows of the queue, the last one counts the rest: the queue never pushes the receipt off the screen. */
const QUEUE_ROWS = 3;
const COIN_MINOR = '100';
let view = null;
let loadedVersion = null;
let lastWork = null;
let askedFor = 0;

function money(minor, currency) {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? `${text} ${currency}` : `${text.slice(0, -digits)}.${text.slice(-digits)} ${currency}`;
}

function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

async function send(path, body) {
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).catch(() => null);
  if (response === null) at('sentence').textContent = 'The box is restarting; one moment.';
  else if (!response.ok) at('sentence').textContent = (await response.json()).title ?? 'The box did not take that.';
}

// Document 003's entry methods: "1" a menu by mouse or touch, "2" a menu by keys.
const entryOf = (click) => (click.detail === 0 ? '2' : '1');
const intent = (type, more = {}, entryMethod = '1') => send('/api/intent', { type, entryMethod, ...more });

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function workButton(work) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'work';
  button.dataset.id = work.id;
  const image = document.createElement('img');
  image.alt = '';
  image.loading = 'lazy';
  if (work.cover !== null) image.src = `/api/cover/${work.cover}`;
  const price = element('span', work.free ? 'price free' : 'price', work.free ? 'free' : money(work.priceMinor, work.currency));
  button.append(image, element('span', 'title', work.title), element('span', 'artist', work.artist), price);
  button.addEventListener('click', (event) => intent('intent.ok', { workId: work.id }, entryOf(event)));
  return button;
}

async function loadWorks() {
  askedFor += 1;
  const mine = askedFor;
  const answer = await fetch(`/api/works?limit=200&search=${encodeURIComponent(at('search').value)}`).then((response) => response.json(), () => null);
  // A later question overtook this one, or the box is away and its next view asks again.
  if (mine !== askedFor) return;
  if (answer === null) {
    loadedVersion = null;
    return;
  }
  const focused = document.activeElement?.dataset?.id;
  at('works').replaceChildren(...answer.works.map(workButton));
  if (focused !== undefined) document.querySelector(`[data-id="${focused}"]`)?.focus();
  keepFocus();
}

function drawPlaying() {
  const playing = view.nowPlaying;
  at('playing').hidden = playing === null;
  if (playing === null) return;
  const { play } = playing;
  const cover = playing.cover === null ? '' : `/api/cover/${playing.cover}`;
  if (at('playing-cover').getAttribute('src') !== cover) at('playing-cover').setAttribute('src', cover);
  at('playing-title').textContent = playing.title;
  at('playing-artist').textContent = playing.artist;
  at('progress').value = play.durationMs === 0 ? 0 : (1000 * play.positionMs) / play.durationMs;
  at('position').textContent = `${clock(play.positionMs)} / ${clock(play.durationMs)}`;
  at('paid-so-far').textContent = playing.free || play.phase === 'trial' ? 'free' : `paid ${money(play.paidSoFarMinor, view.currency)}`;
  at('window').max = play.creditWindowPackets;
  at('window').value = play.unpaidPackets;
  at('unpaid').textContent = `${play.unpaidPackets} of ${play.creditWindowPackets}`;
  at('pause').textContent = play.paused ? 'Go on' : 'Pause';
  at('suppress').setAttribute('aria-pressed', String(play.acksSuppressed));
}

function drawQueue() {
  const shown = view.queue.length > QUEUE_ROWS ? QUEUE_ROWS - 1 : QUEUE_ROWS;
  at('queue-empty').hidden = view.queue.length > 0;
  at('queue').replaceChildren(
    ...view.queue.slice(0, shown).map((entry) => {
      const item = document.createElement('li');
      item.append(element('span', 'title', entry.title), element('span', 'start', `in ${clock(entry.startsInMs)}`));
      return item;
    }),
  );
  const more = view.queue.length - shown;
  if (more > 0) at('queue').append(element('li', 'start', `and ${more} more`));
}

function drawQuestion() {
  const dialog = at('question');
  at('controls').hidden = view.question !== null;
  if (view.question === null) {
    dialog.open = false;
    return;
  }
  at('question-text').textContent = view.question.text;
  at('question-price').textContent = money(view.question.priceMinor, view.currency);
  at('question-note').textContent = view.question.note;
  if (dialog.open) return;
  // Not show(): closing it would give the focus back to an element that may be gone.
  dialog.open = true;
  at('yes').focus();
}

function draw() {
  document.title = `${view.name} - Ackbox`;
  at('name').textContent = view.name;
  at('credit').textContent = money(view.creditMinor, view.currency);
  at('sentence').textContent = view.sentence;
  at('coin').textContent = `Insert ${money(COIN_MINOR, view.currency)}`;
  at('coin').hidden = !view.simulatedAcceptor || view.cash !== 'accepting';
  drawPlaying();
  drawQueue();
  drawQuestion();
  at('receipt').hidden = view.lastReceipt === null || view.question !== null;
  if (view.lastReceipt !== null) at('receipt-text').textContent = view.lastReceipt.text;
  if (loadedVersion !== view.catalogueVersion) {
    loadedVersion = view.catalogueVersion;
    loadWorks();
  }
  keepFocus();
}

/** Everything that can have the focus, in the order of the page. */
const focusables = () => [...document.querySelectorAll('button, input')].filter((candidate) => candidate.offsetParent !== null);

const ARROWS = {
  ArrowLeft: (rect) => [-rect.right, -rect.left, rect.top, rect.bottom],
  ArrowRight: (rect) => [rect.left, rect.right, rect.top, rect.bottom],
  ArrowUp: (rect) => [-rect.bottom, -rect.top, rect.left, rect.right],
  ArrowDown: (rect) => [rect.top, rect.bottom, rect.left, rect.right],
};

/** To the nearest element in the direction of the arrow: straight on counts before aside. Where none is, the focus stays. */
function moveFocus(key) {
  const here = document.activeElement;
  const turned = ARROWS[key];
  const [, end, low, high] = turned(here.getBoundingClientRect());
  let best = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of focusables()) {
    const [start, , from, to] = turned(candidate.getBoundingClientRect());
    if (candidate === here || start < end - 4) continue;
    const aside = Math.max(0, from - high, low - to);
    const cost = start - end + 3 * aside + 0.1 * Math.abs(from - low);
    if (cost < bestCost) [best, bestCost] = [candidate, cost];
  }
  best?.focus();
  best?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** One thing always has the focus: what vanishes hands it to the work that was chosen last. */
function keepFocus() {
  const here = document.activeElement;
  if (here !== document.body && here.offsetParent !== null) return;
  const chosen = lastWork === null ? null : document.querySelector(`[data-id="${lastWork}"]`);
  (chosen ?? focusables().find((candidate) => candidate.className === 'work') ?? focusables()[0])?.focus();
}

/** In the search field left and right move the caret, and leave the field at its ends. */
function movesCaret(key) {
  const field = at('search');
  if (document.activeElement !== field || !(key in COLUMN_STEP) || field.value === '') return false;
  return key === 'ArrowLeft' ? field.selectionEnd > 0 : field.selectionStart < field.value.length;
}

document.addEventListener('keydown', (event) => {
  const typing = document.activeElement === at('search') && at('search').value !== '';
  if (event.key in ARROWS) {
    if (movesCaret(event.key)) return;
    event.preventDefault();
    moveFocus(event.key);
  } else if (event.key === 'Escape' && typing) {
    event.preventDefault();
    at('search').value = '';
    loadWorks();
  } else if (event.key === 'Escape' || (event.key === 'Backspace' && !typing)) {
    event.preventDefault();
    intent('intent.back', {}, '2');
  }
});
document.addEventListener('focusin', (event) => {
  lastWork = event.target.dataset.id ?? lastWork;
});
// A press beside everything must not take the focus away.
document.addEventListener('mousedown', (event) => {
  if (event.target.closest('button, input, label') === null) event.preventDefault();
});
at('search').addEventListener('input', loadWorks);
at('yes').addEventListener('click', (event) => intent('intent.ok', {}, entryOf(event)));
at('no').addEventListener('click', (event) => intent('intent.back', {}, entryOf(event)));
at('pause').addEventListener('click', () => intent('intent.play-pause'));
at('skip').addEventListener('click', () => intent('intent.skip'));
at('suppress').addEventListener('click', () => intent('intent.suppress-acks', { on: !(view?.nowPlaying?.play.acksSuppressed ?? false) }));
at('coin').addEventListener('click', () => send('/api/coin', { valueMinor: COIN_MINOR }));

function listen() {
  const events = new EventSource('/api/events');
  events.addEventListener('message', (event) => {
    view = JSON.parse(event.data);
    draw();
  });
  events.addEventListener('error', () => {
    at('sentence').textContent = 'The box is restarting; one moment.';
    // While it waits the browser tries by itself; where it gave up, we begin anew.
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, RETRY_MS);
  });
}

listen();
