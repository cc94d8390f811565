/** What the box says to a television on the CEC line of its HDMI cable. Source: HDMI 1.4, supplement 1 (CEC), tables 8 to 26. */
export type CecWord = 'image-view-on' | 'active-source' | 'standby' | 'volume-up' | 'volume-down' | 'mute';
export type CecPower = 'on' | 'standby';

/** The CEC line, from the side of the box. Nothing here rejects: a television that is not there is an answer. */
export interface CecBus {
  /** Takes a place on the line as a player. @returns the physical address that the television gave this input; null where none is connected */
  join(): Promise<string | null>;
  /** @returns whether the television took it */
  send(word: CecWord): Promise<boolean>;
  /** What the television says of itself; on its way there counts as there. Null where it says nothing. */
  power(): Promise<CecPower | null>;
  /** The physical address of who says that he is seen now; null where nobody says so. */
  activeSource(): Promise<string | null>;
}
