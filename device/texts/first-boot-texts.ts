import type { Language } from './box-texts.ts';

/** What a box says at its first start: each question as a sentence and as a line of at most 16 characters. In curly brackets stands what is filled in. */
const en = {
  language: ['Which language does the box speak?', 'Language?'],
  currency: ['Which currency does it take?', 'Currency?'],
  region: ['Where does it stand?', 'Where?'],
  zone: ['In which time zone?', 'Time zone?'],
  closing: ['When does it close? It opens again at {opens}.', 'Closing time?'],
  output: ['Where does the sound come out?', 'Sound output?'],
  least: ['How loud is it at the least?', 'Least volume?'],
  most: ['How loud is it at the most?', 'Most volume?'],
  enrol: ['At the headend, enter the code {code}: ackbox box enrol {code}', '{code}'],
  reach: ['The headend is asked for a code: {trouble}', 'Asking headend'],
  differs: ['The headend keeps this account in {theirs}, not in {ours}: the box takes {theirs}.', 'Takes {theirs}'],
  take: ['Go on with {theirs}', 'OK: {theirs}'],
  tune: ['Play the welcome tune', 'OK: play a tune'],
  quiet: ['End the tune', 'OK: end tune'],
  never: ['Never', 'Never'],
  auto: ['As the player finds it', 'Automatic'],
  step: ['Step {step} of {steps}', '{step}/{steps}'],
  patience: ['one moment', ''],
} as const;

export type FirstBootText = keyof typeof en;
type Texts = Readonly<Record<FirstBootText, readonly [sentence: string, line: string]>>;

export const firstBootTexts: Readonly<Record<Language, Texts>> = {
  en,
  de: {
    language: ['Welche Sprache spricht die Box?', 'Sprache?'],
    currency: ['Welche Währung nimmt sie?', 'Währung?'],
    region: ['Wo steht sie?', 'Wo?'],
    zone: ['In welcher Zeitzone?', 'Zeitzone?'],
    closing: ['Wann schließt sie? Sie öffnet wieder um {opens}.', 'Schließt wann?'],
    output: ['Wo kommt der Ton heraus?', 'Tonausgang?'],
    least: ['Wie laut ist sie mindestens?', 'Mindestens?'],
    most: ['Wie laut ist sie höchstens?', 'Höchstens?'],
    enrol: ['Gib an der Zentrale den Code {code} ein: ackbox box enrol {code}', '{code}'],
    reach: ['Die Zentrale wird nach einem Code gefragt: {trouble}', 'Frage Zentrale'],
    differs: ['Die Zentrale führt dieses Konto in {theirs}, nicht in {ours}: die Box nimmt {theirs}.', 'Nimmt {theirs}'],
    take: ['Weiter mit {theirs}', 'OK: {theirs}'],
    tune: ['Begrüßungsstück spielen', 'OK: Musik'],
    quiet: ['Stück beenden', 'OK: Ende'],
    never: ['Nie', 'Nie'],
    auto: ['Wie der Spieler ihn findet', 'Automatisch'],
    step: ['Schritt {step} von {steps}', '{step}/{steps}'],
    patience: ['einen Moment', ''],
  },
  fr: {
    language: ['Quelle langue parle la borne ?', 'Langue ?'],
    currency: ['Quelle monnaie prend-elle ?', 'Monnaie ?'],
    region: ['Où se trouve-t-elle ?', 'Où ?'],
    zone: ['Dans quel fuseau horaire ?', 'Fuseau ?'],
    closing: ['Quand ferme-t-elle ? Elle rouvre à {opens}.', 'Fermeture ?'],
    output: ['Par où sort le son ?', 'Sortie son ?'],
    least: ['Quel est son volume minimal ?', 'Volume mini ?'],
    most: ['Quel est son volume maximal ?', 'Volume maxi ?'],
    enrol: ['À la centrale, entrez le code {code} : ackbox box enrol {code}', '{code}'],
    reach: ['Un code est demandé à la centrale : {trouble}', 'Centrale ?'],
    differs: ['La centrale tient ce compte en {theirs}, pas en {ours} : la borne prend {theirs}.', 'Prend {theirs}'],
    take: ['Continuer en {theirs}', 'OK : {theirs}'],
    tune: ['Jouer l’air de bienvenue', 'OK : musique'],
    quiet: ['Arrêter l’air', 'OK : arrêter'],
    never: ['Jamais', 'Jamais'],
    auto: ['Comme le lecteur la trouve', 'Automatique'],
    step: ['Étape {step} sur {steps}', '{step}/{steps}'],
    patience: ['un instant', ''],
  },
};

/** What a language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch', fr: 'Français' };
