import type { GuestRefusal } from '../wire/guest-api.ts';

const en = {
  credit: 'Your credit',
  code: 'Your code for the staff',
  codeHint: 'Put money into the box and choose “To my phone” there, let the staff give you credit by your code, or use the code of a receipt.',
  nowPlaying: 'Now playing',
  renew: 'Look again',
  nothingPlays: 'Nothing plays.',
  priceNow: 'Price now: {price}',
  waiting: 'Waiting',
  nobodyWaits: 'Nothing waits: what you choose plays next.',
  yours: 'yours',
  search: 'Find a song',
  find: 'Find',
  nothingFound: 'Nothing begins like that.',
  claim: 'Code of a receipt',
  take: 'Take it',
  yourSongs: 'Your songs',
  free: 'free',
  starts: 'It starts {when}.',
  atOnce: 'at once',
  inMinutes: 'in about {minutes} min',
  queueFor: 'Queue it for {price}',
  nextFor: 'Hear it next for {price}',
  short: 'You have {credit}; it costs {price}.',
  back: 'Back',
  queued: 'waits',
  playing: 'plays',
  settled: 'was played',
  declined: 'was not bought',
  cost: 'cost {price}',
  givenBack: '{price} came back',
  done: 'It is in the queue.',
  taken: 'It is yours.',
  closed: 'The box sells nothing just now.',
  away: 'The box does not answer. Try again in a moment; nothing is lost.',
  scan: 'Scan the code on the screen of the box.',
  scanWhy: 'This page is for whoever is in the room: the code on the screen lets you in.',
  slower: 'That was too often. Wait a moment.',
  oldForm: 'This page was too old. Please choose again.',
};
export type GuestText = keyof typeof en;

const refusalsEn: Readonly<Record<GuestRefusal, string>> = {
  'no-credit': 'Your credit is not enough for that.',
  'queue-full': 'The queue is full. Try again after this song.',
  'guest-turns': 'Enough of yours is waiting. Let others have a turn.',
  'price-changed': 'The price has changed meanwhile. Look again.',
  'work-gone': 'This song can not be chosen here any more.',
  'not-selling': en.closed,
  'no-such-claim': 'No open claim has this code.',
  full: 'Too many guests are here already. Try again later.',
  failed: 'That did not work. Try again.',
};

const de: Readonly<Record<GuestText, string>> = {
  credit: 'Dein Guthaben',
  code: 'Dein Code für das Personal',
  codeHint: 'Wirf am Gerät Geld ein und wähle dort „Aufs Handy“, lass dir vom Personal auf deinen Code Guthaben geben, oder nimm den Code eines Belegs.',
  nowPlaying: 'Es läuft',
  renew: 'Noch einmal nachsehen',
  nothingPlays: 'Es läuft nichts.',
  priceNow: 'Preis jetzt: {price}',
  waiting: 'Es wartet',
  nobodyWaits: 'Nichts wartet: was du wählst, kommt als Nächstes.',
  yours: 'deins',
  search: 'Lied suchen',
  find: 'Suchen',
  nothingFound: 'So beginnt nichts.',
  claim: 'Code eines Belegs',
  take: 'Einlösen',
  yourSongs: 'Deine Lieder',
  free: 'frei',
  starts: 'Es beginnt {when}.',
  atOnce: 'sofort',
  inMinutes: 'in etwa {minutes} min',
  queueFor: 'Für {price} anstellen',
  nextFor: 'Für {price} als Nächstes hören',
  short: 'Du hast {credit}; es kostet {price}.',
  back: 'Zurück',
  queued: 'wartet',
  playing: 'läuft',
  settled: 'wurde gespielt',
  declined: 'wurde nicht gekauft',
  cost: 'kostete {price}',
  givenBack: '{price} kamen zurück',
  done: 'Es steht an.',
  taken: 'Es gehört dir.',
  closed: 'Das Gerät verkauft gerade nichts.',
  away: 'Das Gerät antwortet nicht. Versuch es gleich wieder; verloren ist nichts.',
  scan: 'Scanne den Code auf dem Bildschirm des Geräts.',
  scanWhy: 'Diese Seite ist für alle im Raum: der Code auf dem Bildschirm lässt dich herein.',
  slower: 'Das war zu oft. Warte einen Moment.',
  oldForm: 'Diese Seite war zu alt. Bitte wähle noch einmal.',
};

const refusalsDe: Readonly<Record<GuestRefusal, string>> = {
  'no-credit': 'Dein Guthaben reicht dafür nicht.',
  'queue-full': 'Die Schlange ist voll. Versuch es nach diesem Lied.',
  'guest-turns': 'Von dir wartet genug. Lass andere an die Reihe.',
  'price-changed': 'Der Preis ist inzwischen ein anderer. Sieh noch einmal nach.',
  'work-gone': 'Dieses Lied kann hier nicht mehr gewählt werden.',
  'not-selling': de.closed,
  'no-such-claim': 'Zu diesem Code ist nichts offen.',
  full: 'Es sind schon zu viele Gäste da. Versuch es später.',
  failed: 'Das ging nicht. Versuch es noch einmal.',
};

const fr: Readonly<Record<GuestText, string>> = {
  credit: 'Ton crédit',
  code: 'Ton code pour le personnel',
  codeHint: 'Mets de l’argent dans l’appareil et choisis-y « Sur mon téléphone », fais-toi donner du crédit avec ton code, ou prends le code d’un reçu.',
  nowPlaying: 'En cours',
  renew: 'Regarder de nouveau',
  nothingPlays: 'Rien ne joue.',
  priceNow: 'Prix actuel : {price}',
  waiting: 'En attente',
  nobodyWaits: 'Rien n’attend : ton choix passe tout de suite.',
  yours: 'à toi',
  search: 'Chercher une chanson',
  find: 'Chercher',
  nothingFound: 'Rien ne commence ainsi.',
  claim: 'Code d’un reçu',
  take: 'Encaisser',
  yourSongs: 'Tes chansons',
  free: 'gratuit',
  starts: 'Elle commence {when}.',
  atOnce: 'tout de suite',
  inMinutes: 'dans {minutes} min environ',
  queueFor: 'Mettre en attente pour {price}',
  nextFor: 'L’entendre ensuite pour {price}',
  short: 'Tu as {credit} ; elle coûte {price}.',
  back: 'Retour',
  queued: 'attend',
  playing: 'joue',
  settled: 'a été jouée',
  declined: 'n’a pas été achetée',
  cost: 'a coûté {price}',
  givenBack: '{price} rendus',
  done: 'Elle est en attente.',
  taken: 'C’est à toi.',
  closed: 'L’appareil ne vend rien pour l’instant.',
  away: 'L’appareil ne répond pas. Réessaie dans un instant ; rien n’est perdu.',
  scan: 'Scanne le code sur l’écran de l’appareil.',
  scanWhy: 'Cette page est pour les personnes présentes : le code à l’écran te fait entrer.',
  slower: 'C’était trop souvent. Attends un instant.',
  oldForm: 'Cette page était trop ancienne. Choisis encore une fois.',
};

const refusalsFr: Readonly<Record<GuestRefusal, string>> = {
  'no-credit': 'Ton crédit ne suffit pas.',
  'queue-full': 'La file est pleine. Réessaie après cette chanson.',
  'guest-turns': 'Tu en as assez en attente. Laisse la place aux autres.',
  'price-changed': 'Le prix a changé entre-temps. Regarde de nouveau.',
  'work-gone': 'Cette chanson ne peut plus être choisie ici.',
  'not-selling': fr.closed,
  'no-such-claim': 'Aucun crédit n’attend sous ce code.',
  full: 'Il y a déjà trop de monde. Réessaie plus tard.',
  failed: 'Cela n’a pas marché. Réessaie.',
};

const TEXTS = { en: { texts: en, refusals: refusalsEn }, de: { texts: de, refusals: refusalsDe }, fr: { texts: fr, refusals: refusalsFr } } as const;
export type GuestLanguage = keyof typeof TEXTS;

/** The first language that a phone asks for and we speak (RFC 9110, 12.5.4; its weights fall as phones send them). */
export function guestLanguage(acceptLanguage: string): GuestLanguage {
  const wanted = acceptLanguage.split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  return wanted.find((language): language is GuestLanguage => language in TEXTS) ?? 'en';
}

export function guestText(language: GuestLanguage, key: GuestText, values: Readonly<Record<string, string>> = {}): string {
  return TEXTS[language].texts[key].replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');
}

export function refusalText(language: GuestLanguage, code: GuestRefusal): string {
  return TEXTS[language].refusals[code];
}
