// What the server wrote into the page: where the app's files are, and its version.

const said = document.querySelector('meta[name="field-setup"]');

/** @type {{version: string, files: Record<string, string>}} */
export const setup = JSON.parse(said?.getAttribute("content") ?? '{"version": "", "files": {}}');
