import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';

/** Whether a file may be an environment.yml or a lock: by its end, what it is says its text. */
const YAML_FILE = /\.ya?ml$/i;

/** A path that may be an environment.yml or a lock; null for any other. */
export function yamlFile(path: string | undefined): string | null {
  return path !== undefined && YAML_FILE.test(path) ? path : null;
}

/** The one such file that is selected in the file browser. */
export function selectedFile(browsers: IFileBrowserFactory | null): string | null {
  const items = [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])];
  return items.length === 1 ? yamlFile(items[0]?.path) : null;
}
