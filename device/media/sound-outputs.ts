import type { MpvIpc } from './mpv-ipc.ts';

/** A way out of the box for sound, by mpv's name. */
export interface SoundOutput {
  readonly name: string;
  readonly description: string;
}

/** mpv knows more ways than lead to a loudspeaker. */
const LOUDSPEAKERS = /^(auto|alsa|pulse|pipewire)(\/|$)/;
const AUTO: SoundOutput = { name: 'auto', description: 'auto' };

/** What mpv can play through; the first leaves the choice to mpv. */
export async function listOutputs(ipc: MpvIpc | null): Promise<readonly SoundOutput[]> {
  const answer = await ipc?.command('get_property', 'audio-device-list');
  const listed = answer?.ok === true && Array.isArray(answer.value) ? (answer.value as readonly unknown[]) : [];
  const outputs = listed.flatMap((one): readonly SoundOutput[] => {
    if (typeof one !== 'object' || one === null || !('name' in one) || !('description' in one)) return [];
    const [name, description] = [String(one.name), String(one.description)];
    return LOUDSPEAKERS.test(name) && name !== AUTO.name ? [{ name, description }] : [];
  });
  return [AUTO, ...outputs];
}
