/** Ids of all commands, so that people can bind keys to them and other extensions call them. */
export const CommandIds = {
  openPanel: 'jupyter_envs:open-panel',
  refresh: 'jupyter_envs:refresh',
  newEnvironment: 'jupyter_envs:new',
  createFromFile: 'jupyter_envs:create-from-file',
  createFromEditor: 'jupyter_envs:create-from-editor',
  update: 'jupyter_envs:update',
  clone: 'jupyter_envs:clone',
  rollback: 'jupyter_envs:rollback',
  adopt: 'jupyter_envs:adopt',
  restore: 'jupyter_envs:restore',
  keep: 'jupyter_envs:keep',
  checkFiles: 'jupyter_envs:check-files',
  remove: 'jupyter_envs:remove',
  cancel: 'jupyter_envs:cancel',
  resume: 'jupyter_envs:resume',
  openNotebook: 'jupyter_envs:open-notebook',
  openConsole: 'jupyter_envs:open-console',
  openTerminal: 'jupyter_envs:open-terminal',
  openSource: 'jupyter_envs:open-source',
  download: 'jupyter_envs:download',
  moveKernels: 'jupyter_envs:move-kernels'
} as const;
