import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Environment } from '../client';
import type { EnvironmentsModel } from '../model';

interface Described {
  args: ReadonlyJSONObject;
}

/** The arguments of a command that has none. */
export const noArguments: Described = { args: { type: 'object', properties: {} } };

/** The arguments of a command about an environment, and what it takes besides. */
export function aboutEnvironment(more: ReadonlyJSONObject = {}): Described {
  return {
    args: {
      type: 'object',
      required: ['name', ...Object.keys(more)],
      properties: {
        name: { type: 'string', description: 'Slug of the environment' },
        ...more
      }
    }
  };
}

/** The arguments of a command about an operation. */
export const aboutOperation: Described = {
  args: {
    type: 'object',
    required: ['operation'],
    properties: { operation: { type: 'string', description: 'Id of the operation' } }
  }
};

/** The environment that a command's arguments name, as it is known now. */
export function environmentOf(
  model: EnvironmentsModel,
  args: ReadonlyPartialJSONObject
): Environment | undefined {
  return model.environments.find(one => one.slug === args.name || one.name === args.name);
}

/** An argument that is a text; empty where there is none. */
export function textOf(args: ReadonlyPartialJSONObject, key: string): string {
  const value = args[key];
  return typeof value === 'string' ? value : '';
}
