/** What the box says for one state: a sentence for a screen, and a line of at most 16 characters for a small display. */
export type BoxText = readonly [sentence: string, shortLine: string];

/** In curly brackets stands what is filled in: the names of `Said.values`. */
export const boxTexts = {
  en: {
    alarm: ['Fire alarm: the music is silent. What is paid waits, and nothing is charged meanwhile.', 'Fire alarm'],
    claim: ['{amount} waited too long; the code {code} brings them back at this box.', 'Code {code}'],
    outOfService: ['Out of service: {reason}', 'Out of service'],
    diskFull: ['The disk of the box is full: nothing is sold until there is room again in its data folder.', 'Disk full'],
    diskFullSong: ['The disk of the box is full: the song waits; what is not heard is not charged.', 'Disk full'],
    diskFullReceipt: ['The disk of the box is full: the receipt waits.', 'Disk full'],
    bookHeld: ['Another program holds the book of the box: nothing is sold until it is closed.', 'Book is held'],
    bookHeldSong: ['Another program holds the book of the box: the song waits; what is not heard is not charged.', 'Book is held'],
    bookHeldReceipt: ['Another program holds the book of the box: the receipt waits.', 'Book is held'],
    recovering: ['Picking up where the box was.', 'Starting'],
    offline: ['The headend can not be reached. No coins are taken until it can.', 'No connection'],
    offlineAtHand: ['The headend can not be reached. What is checked out on this box plays on.', 'Offline: choose'],
    empty: ['There is nothing to play yet: the catalogue of the headend is empty (ackbox ingest FOLDER fills it).', 'No songs yet'],
    overdue: ['{overdue} are overdue. Please pay under Account, so that the music goes on.', 'Please pay'],
    paidInPart: ['A part was paid; {overdue} are still overdue. Please pay the rest under Account.', 'Rest is overdue'],
    paymentFailed: ['The last payment did not go through; {owed} are owed. Please try again under Account.', 'Payment failed'],
    unpaid: ['{overdue} were not paid: nothing more is sold until they are. Pay under Account.', 'Unpaid: no sale'],
    unpaidVenue: ['Nothing is sold at this box just now, and it takes no coins. Please tell the staff.', 'Nothing is sold'],
    chooseWithCredit: ['Choose a song. Credit: {credit}.', '{credit}'],
    choose: ['Choose a song; the first seconds are free.', 'Choose a song'],
    opening: ['Opening {title}.', 'Opening'],
    preListen: ['Listening to {title} free for {seconds} more seconds. OK plays it for {price}.', 'OK: {price}'],
    awaiting: ['OK plays {title} from the start for {price}; Back declines.', 'OK: {price}'],
    outright: ['You have heard the start of {title} {times}. OK buys it for {price}; Back leaves it.', 'OK: {price}'],
    confirming: ['Setting the price aside.', 'One moment'],
    playing: ['Playing {title}.', 'Playing'],
    digits: ['Channel {digits}: there is none yet.', 'Channel {digits}'],
    digitsOf: ['Channel {digits}: {title}.', 'Channel {digits}'],
    watching: ['{title} is on.', 'Channel {number}'],
    stalledNetwork: ['Waiting for the network; what is not heard is not charged.', 'Waiting: net'],
    stalledAcks: ['The credit window is closed: the sender waits for acknowledgements.', 'Credit closed'],
    stalledHeadend: ['The headend waits before it sends more; what is not heard is not charged.', 'Waiting: credit'],
    paused: ['{title} is paused; nothing is charged meanwhile.', 'Paused'],
    settling: ['Working out what was heard.', 'Settling'],
    fault: ['{message}', 'Fault'],
    faulted: ['Something went wrong; what was not heard is given back.', 'Fault'],
  },
  de: {
    alarm: ['Feueralarm: die Musik schweigt. Was bezahlt ist, wartet; solange kostet es nichts.', 'Feueralarm'],
    claim: ['{amount} lagen zu lange da; mit dem Code {code} gibt es sie an dieser Box zurück.', 'Code {code}'],
    outOfService: ['Außer Betrieb: {reason}', 'Außer Betrieb'],
    diskFull: ['Der Speicher der Box ist voll: verkauft wird erst wieder, wenn in ihrem Datenordner Platz ist.', 'Speicher voll'],
    diskFullSong: ['Der Speicher der Box ist voll: der Titel wartet; was niemand hört, kostet nichts.', 'Speicher voll'],
    diskFullReceipt: ['Der Speicher der Box ist voll: der Beleg wartet.', 'Speicher voll'],
    bookHeld: ['Ein anderes Programm hält das Buch der Box: verkauft wird erst wieder, wenn es beendet ist.', 'Buch belegt'],
    bookHeldSong: ['Ein anderes Programm hält das Buch der Box: der Titel wartet; was niemand hört, kostet nichts.', 'Buch belegt'],
    bookHeldReceipt: ['Ein anderes Programm hält das Buch der Box: der Beleg wartet.', 'Buch belegt'],
    recovering: ['Die Box macht weiter, wo sie war.', 'Startet'],
    offline: ['Die Zentrale ist nicht erreichbar. Bis dahin nimmt die Box keine Münzen an.', 'Keine Verbindung'],
    offlineAtHand: ['Die Zentrale ist nicht erreichbar. Was auf dieser Box ausgeliehen ist, spielt weiter.', 'Offline: wählen'],
    empty: ['Es gibt noch nichts zu spielen: der Katalog der Zentrale ist leer.', 'Keine Titel'],
    overdue: ['{overdue} sind überfällig. Bitte unter Konto zahlen, damit die Musik weitergeht.', 'Bitte zahlen'],
    paidInPart: ['Ein Teil ist bezahlt; {overdue} sind noch überfällig. Bitte den Rest unter Konto zahlen.', 'Rest überfällig'],
    paymentFailed: ['Die letzte Zahlung ging nicht durch; {owed} sind offen. Bitte unter Konto noch einmal versuchen.', 'Nicht gezahlt'],
    unpaid: ['{overdue} wurden nicht bezahlt: bis dahin wird nichts mehr verkauft. Zahlen geht unter Konto.', 'Kein Verkauf'],
    unpaidVenue: ['An dieser Box wird gerade nichts verkauft, und sie nimmt keine Münzen. Bitte sag dem Personal Bescheid.', 'Kein Verkauf'],
    chooseWithCredit: ['Wähle einen Titel. Guthaben: {credit}.', '{credit}'],
    choose: ['Wähle einen Titel; die ersten Sekunden sind frei.', 'Titel wählen'],
    opening: ['{title} wird geöffnet.', 'Wird geöffnet'],
    preListen: ['{title} noch {seconds} Sekunden frei anhören. OK spielt den Titel für {price}.', 'OK: {price}'],
    awaiting: ['OK spielt {title} von vorn für {price}; Zurück lehnt ab.', 'OK: {price}'],
    outright: ['Den Anfang von {title} hast du {times} gehört. OK kauft den Titel für {price}; Zurück lässt ihn.', 'OK: {price}'],
    confirming: ['Der Preis wird zurückgelegt.', 'Einen Moment'],
    playing: ['Es läuft {title}.', 'Es läuft'],
    digits: ['Kanal {digits}: den gibt es so noch nicht.', 'Kanal {digits}'],
    digitsOf: ['Kanal {digits}: {title}.', 'Kanal {digits}'],
    watching: ['{title} läuft.', 'Kanal {number}'],
    stalledNetwork: ['Warten auf das Netz; was niemand hört, kostet nichts.', 'Wartet: Netz'],
    stalledAcks: ['Das Kreditfenster ist zu: der Sender wartet auf Quittungen.', 'Fenster zu'],
    stalledHeadend: ['Die Zentrale wartet, bevor sie mehr sendet; was niemand hört, kostet nichts.', 'Wartet: Kredit'],
    paused: ['{title} macht Pause; solange kostet es nichts.', 'Pause'],
    settling: ['Es wird abgerechnet, was zu hören war.', 'Abrechnung'],
    fault: ['{message}', 'Fehler'],
    faulted: ['Etwas ging schief; was nicht zu hören war, kommt zurück.', 'Fehler'],
  },
  fr: {
    alarm: ['Alarme incendie : la musique se tait. Ce qui est payé attend ; rien n’est compté entre-temps.', 'Alarme incendie'],
    claim: ['{amount} ont attendu trop longtemps ; le code {code} les rend sur cette borne.', 'Code {code}'],
    outOfService: ['Hors service : {reason}', 'Hors service'],
    diskFull: ['Le disque de la borne est plein : rien ne se vend avant qu’il y ait de la place dans son dossier.', 'Disque plein'],
    diskFullSong: ['Le disque de la borne est plein : le titre attend ; ce qui n’est pas entendu n’est pas payé.', 'Disque plein'],
    diskFullReceipt: ['Le disque de la borne est plein : le reçu attend.', 'Disque plein'],
    bookHeld: ['Un autre programme tient le livre de la borne : rien ne se vend avant qu’il soit fermé.', 'Livre occupé'],
    bookHeldSong: ['Un autre programme tient le livre de la borne : le titre attend ; ce qui n’est pas entendu n’est pas payé.', 'Livre occupé'],
    bookHeldReceipt: ['Un autre programme tient le livre de la borne : le reçu attend.', 'Livre occupé'],
    recovering: ['La borne reprend où elle en était.', 'Démarrage'],
    offline: ['La centrale est injoignable. Aucune pièce n’est prise d’ici là.', 'Hors ligne'],
    offlineAtHand: ['La centrale est injoignable. Les titres empruntés sur cette borne restent jouables.', 'Hors ligne'],
    empty: ['Rien à écouter encore : le catalogue de la centrale est vide.', 'Aucun titre'],
    overdue: ['{overdue} sont en retard. Merci de payer sous Compte, pour que la musique continue.', 'Merci de payer'],
    paidInPart: ['Une partie est payée ; {overdue} restent en retard. Merci de payer le reste sous Compte.', 'Reste à payer'],
    paymentFailed: ['Le dernier paiement n’a pas abouti ; {owed} sont dus. Merci de réessayer sous Compte.', 'Paiement refusé'],
    unpaid: ['{overdue} n’ont pas été payés : rien ne se vend plus d’ici là. Payez sous Compte.', 'Rien à vendre'],
    unpaidVenue: ['Rien ne se vend sur cette borne pour l’instant, et elle ne prend pas de pièces. Prévenez le personnel.', 'Rien à vendre'],
    chooseWithCredit: ['Choisissez un titre. Crédit : {credit}.', '{credit}'],
    choose: ['Choisissez un titre ; les premières secondes sont offertes.', 'Choisir un titre'],
    opening: ['Ouverture de {title}.', 'Ouverture'],
    preListen: ['{title} offert encore {seconds} secondes. OK le joue pour {price}.', 'OK : {price}'],
    awaiting: ['OK joue {title} depuis le début pour {price} ; Retour le refuse.', 'OK : {price}'],
    outright: ['Vous avez entendu le début de {title} {times}. OK l’achète pour {price} ; Retour le laisse.', 'OK : {price}'],
    confirming: ['Le prix est mis de côté.', 'Un instant'],
    playing: ['Lecture de {title}.', 'Lecture'],
    digits: ['Chaîne {digits} : aucune pour l’instant.', 'Chaîne {digits}'],
    digitsOf: ['Chaîne {digits} : {title}.', 'Chaîne {digits}'],
    watching: ['{title} est à l’antenne.', 'Chaîne {number}'],
    stalledNetwork: ['En attente du réseau ; ce qui n’est pas entendu n’est pas payé.', 'Attente : réseau'],
    stalledAcks: ['La fenêtre de crédit est fermée : l’émetteur attend des accusés.', 'Fenêtre fermée'],
    stalledHeadend: ['La centrale attend avant d’en envoyer plus ; ce qui n’est pas entendu n’est pas payé.', 'Attente : crédit'],
    paused: ['{title} est en pause ; rien n’est compté entre-temps.', 'Pause'],
    settling: ['Calcul de ce qui a été entendu.', 'Calcul'],
    fault: ['{message}', 'Panne'],
    faulted: ['Un incident est survenu ; ce qui n’a pas été entendu est rendu.', 'Panne'],
  },
} as const satisfies Record<string, Readonly<Record<string, BoxText>>>;

export type Language = keyof typeof boxTexts;
export type BoxTextKey = keyof (typeof boxTexts)['en'];

export const LANGUAGES = Object.keys(boxTexts) as readonly Language[];

export function isLanguage(text: unknown): text is Language {
  return typeof text === 'string' && Object.hasOwn(boxTexts, text);
}

/** How often, in words, from never up. */
export const timesTexts: Readonly<Record<Language, readonly string[]>> = {
  en: ['never', 'once', 'twice', 'three times'],
  de: ['nie', 'einmal', 'zweimal', 'dreimal'],
  fr: ['jamais', 'une fois', 'deux fois', 'trois fois'],
};

/** What stands where OK is asked for, beside the price. */
export const questionTexts: Readonly<Record<Language, Readonly<Record<'play' | 'buy' | 'freeFor' | 'heard' | 'freeOver', string>>>> = {
  en: { play: 'Play {title}?', buy: 'Buy {title}?', freeFor: 'free for {seconds} s more', heard: 'heard {times} already', freeOver: 'the free part is over' },
  de: {
    play: '{title} spielen?',
    buy: '{title} kaufen?',
    freeFor: 'noch {seconds} s frei',
    heard: 'schon {times} gehört',
    freeOver: 'der freie Teil ist vorbei',
  },
  fr: {
    ...{ play: 'Jouer {title} ?', buy: 'Acheter {title} ?', freeFor: 'encore {seconds} s offertes', heard: 'déjà entendu {times}' },
    freeOver: 'la partie offerte est finie',
  },
};

/**
 * Why a wish was not granted, by the code of the refusal. English is what whoever refused says itself, with all details; so it stands for a code that has no
 * words here, too.
 */
export const noticeTexts: Readonly<Record<Exclude<Language, 'en'>, Readonly<Record<string, string>>>> = {
  de: {
    'no-credit': 'Das Guthaben reicht dafür nicht: bitte eine Münze einwerfen.',
    'queue-full': 'Die Warteliste ist voll; versuche es nach diesem Titel wieder.',
    'storage-low': 'Die Box kann gerade nichts verkaufen: ihr Speicher ist voll.',
    unpaid: 'Gerade wird nichts verkauft, was etwas kostet: erst muss das Konto bezahlt sein.',
    'work-gone': 'Dieser Titel ist nicht mehr im Katalog.',
    'no-channel': 'Einen Kanal mit dieser Nummer gibt es nicht.',
    'channel-gone': 'Der Kanal sendet gerade nichts; dafür wird nichts berechnet.',
    'answer-first': 'Erst die Frage: OK spielt diesen Titel, Zurück lässt ihn.',
    'no-sale': 'Die Zentrale ist nicht erreichbar: gerade kann nichts für Geld gespielt werden.',
    'stalled-too-long': 'Der Strom stand zu lange still; was nicht zu hören war, kommt zurück.',
    'checkout-timeout': 'Die Zentrale hat nicht rechtzeitig geöffnet; berechnet wurde nichts.',
  },
  fr: {
    'no-credit': 'Le crédit ne suffit pas : insérez une pièce, s’il vous plaît.',
    'queue-full': 'La file est pleine ; réessayez après ce titre.',
    'storage-low': 'La borne ne peut rien vendre : son disque est plein.',
    unpaid: 'Rien de payant ne se vend pour l’instant : le compte doit d’abord être payé.',
    'work-gone': 'Ce titre n’est plus au catalogue.',
    'no-channel': 'Aucune chaîne n’a ce numéro.',
    'channel-gone': 'La chaîne n’émet rien pour l’instant ; rien n’est compté.',
    'answer-first': 'D’abord la question : OK joue ce titre, Retour le laisse.',
    'no-sale': 'La centrale est injoignable : rien ne peut être joué contre argent pour l’instant.',
    'stalled-too-long': 'Le flux s’est arrêté trop longtemps ; ce qui n’a pas été entendu est rendu.',
    'checkout-timeout': 'La centrale n’a pas ouvert à temps ; rien n’a été compté.',
  },
};
