import { open } from 'node:fs/promises';

/** Makes the names in a folder durable: a file that was written and renamed is only there after a power cut once its folder is synced. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
