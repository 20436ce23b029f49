import type { TranslationBundle } from '@jupyterlab/translation';

/** What a file of a format is, for a person; the format itself where we do not know it. */
export function formatTitle(format: string, trans: TranslationBundle): string {
  switch (format) {
    case 'yaml':
      return trans.__('environment.yml');
    case 'lock':
      return trans.__('conda-lock.yml');
    case 'pinned':
      return trans.__('environment.yml, pinned');
    case 'history':
      return trans.__('environment.yml, from history');
    case 'requirements':
      return trans.__('requirements.txt');
    case 'pixi':
      return trans.__('pixi.lock');
    case 'explicit':
      return trans.__('Explicit list');
    case 'sbom':
      return trans.__('Bill of materials (CycloneDX)');
    default:
      return format;
  }
}
