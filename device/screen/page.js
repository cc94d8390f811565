// The box's screen: draws every view that the box sends, and sends what a person presses. It decides nothing.
const at = (id) => document.getElementById(id);
const COLUMN_STEP = { ArrowLeft: -1, ArrowRight: 1 };
let view = null;
let works = [];
let loadedVersion = null;

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
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) at('sentence').textContent = (await response.json()).title ?? 'The box did not take that.';
}

// Document 003's entry methods: "1" a menu by mouse or touch, "2" a menu by keys.
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
  button.addEventListener('click', (event) => intent('intent.ok', { workId: work.id }, event.detail === 0 ? '2' : '1'));
  return button;
}

async function loadWorks() {
  const search = at('search').value;
  const answer = await (await fetch(`/api/works?limit=200&search=${encodeURIComponent(search)}`)).json();
  works = answer.works;
  const focused = document.activeElement?.dataset?.id;
  at('works').replaceChildren(...works.map(workButton));
  const again = works.some((work) => work.id === focused) ? document.querySelector(`[data-id="${focused}"]`) : null;
  (again ?? (document.activeElement === document.body ? document.querySelector('.work') : null))?.focus();
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
  at('paid-so-far').textContent = `so far ${money(play.paidSoFarMinor, view.currency)}`;
  at('window').max = play.creditWindowPackets;
  at('window').value = play.unpaidPackets;
  at('unpaid').textContent = `${play.unpaidPackets} of ${play.creditWindowPackets}`;
  at('pause').textContent = play.paused ? 'Go on' : 'Pause';
  at('suppress').setAttribute('aria-pressed', String(play.acksSuppressed));
}

function drawQueue() {
  at('queue-empty').hidden = view.queue.length > 0;
  at('queue').replaceChildren(
    ...view.queue.map((entry) => {
      const item = element('li', '', `${entry.title} `);
      item.append(element('span', '', `in ${clock(entry.startsInMs)}`));
      return item;
    }),
  );
}

function drawQuestion() {
  const dialog = at('question');
  if (view.question === null) {
    if (dialog.open) dialog.close();
    return;
  }
  at('question-text').textContent = view.question.text;
  at('question-price').textContent = money(view.question.priceMinor, view.currency);
  at('question-left').textContent = view.playback === 'preListen' ? `free for ${view.question.secondsLeft} s more` : 'the free part is over';
  if (dialog.open) return;
  dialog.show();
  at('yes').focus();
}

function draw() {
  document.title = `${view.name} - Ackbox`;
  at('name').textContent = view.name;
  at('credit').textContent = money(view.creditMinor, view.currency);
  at('sentence').textContent = view.sentence;
  at('coin').hidden = !view.simulatedAcceptor || view.cash !== 'accepting';
  drawPlaying();
  drawQueue();
  drawQuestion();
  at('receipt').hidden = view.lastReceipt === null;
  if (view.lastReceipt !== null) at('receipt-text').textContent = view.lastReceipt.text;
  if (loadedVersion !== view.catalogueVersion) {
    loadedVersion = view.catalogueVersion;
    loadWorks();
  }
}

/** Everything that can have the focus, in the order of the page; a question keeps it to itself. */
function focusables() {
  const within = at('question').open ? at('question') : document;
  return [...within.querySelectorAll('button, input')].filter((candidate) => candidate.offsetParent !== null);
}

function moveFocus(key) {
  const all = focusables();
  const here = document.activeElement;
  const index = all.indexOf(here);
  if (index < 0) return all[0]?.focus();
  if (key in COLUMN_STEP) return all[(index + COLUMN_STEP[key] + all.length) % all.length].focus();
  const box = here.getBoundingClientRect();
  const down = key === 'ArrowDown';
  const beyond = all
    .map((candidate) => ({ candidate, rect: candidate.getBoundingClientRect() }))
    .filter(({ rect }) => (down ? rect.top >= box.bottom - 4 : rect.bottom <= box.top + 4))
    .sort((left, right) => distance(left.rect, box) - distance(right.rect, box));
  (beyond[0]?.candidate ?? all[(index + (down ? 1 : -1) + all.length) % all.length]).focus();
}

function distance(rect, from) {
  return Math.abs(rect.top - from.top) * 2 + Math.abs(rect.left - from.left);
}

document.addEventListener('keydown', (event) => {
  const typing = document.activeElement === at('search');
  if (['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(event.key) && !(typing && event.key in COLUMN_STEP)) {
    event.preventDefault();
    moveFocus(event.key);
  } else if (event.key === 'Escape' || (event.key === 'Backspace' && !typing)) {
    event.preventDefault();
    intent('intent.back', {}, '2');
  }
});
at('search').addEventListener('input', loadWorks);
at('yes').addEventListener('click', () => intent('intent.ok'));
at('no').addEventListener('click', () => intent('intent.back'));
at('pause').addEventListener('click', () => intent('intent.play-pause'));
at('skip').addEventListener('click', () => intent('intent.skip'));
at('suppress').addEventListener('click', () => intent('intent.suppress-acks', { on: !(view?.nowPlaying?.play.acksSuppressed ?? false) }));
at('coin').addEventListener('click', () => send('/api/coin', { valueMinor: '100' }));
at('question').addEventListener('close', () => document.querySelector('.work')?.focus());

const events = new EventSource('/api/events');
events.addEventListener('message', (event) => {
  view = JSON.parse(event.data);
  draw();
});
events.addEventListener('error', () => {
  at('sentence').textContent = 'The box is restarting; one moment.';
});
