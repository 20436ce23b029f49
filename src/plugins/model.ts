import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

// eslint-disable-next-line jupyter/prefer-lazy-imports -- the model asks from the start
import { EnvsClient } from '../client';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- it follows the server from the start
import { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';

/** The model, and Jupyter's own list of kernels kept in step with it. */
export const modelPlugin: JupyterFrontEndPlugin<EnvironmentsModel> = {
  id: 'jupyter_envs:model',
  description: 'What is known of the environments of this server.',
  autoStart: true,
  provides: IEnvironments,
  activate: (app: JupyterFrontEnd): EnvironmentsModel => {
    const { serverSettings, events, kernelspecs } = app.serviceManager;
    const model = new EnvironmentsModel(new EnvsClient(serverSettings), events.stream);
    let known: string | null = null;
    // Jupyter asks for its kernels once a minute; a new one is wanted at once, whoever made it.
    const refreshKernels = (): void => {
      if (!model.ready) {
        return;
      }
      const now = JSON.stringify(
        model.environments.map(one => [one.slug, one.generation, one.created, one.kernels])
      );
      if (known !== null && known !== now) {
        void kernelspecs.refreshSpecs();
      }
      known = now;
    };
    // Hidden pages ask for nothing; whoever comes back wants to see how it is now.
    const comeBack = (): void => {
      if (!document.hidden && model.ready) {
        void model.refresh();
      }
    };
    model.changed.connect(refreshKernels);
    document.addEventListener('visibilitychange', comeBack);
    model.disposed.connect(() => {
      model.changed.disconnect(refreshKernels);
      document.removeEventListener('visibilitychange', comeBack);
    });
    void app.restored.then(() => model.start());
    return model;
  }
};
