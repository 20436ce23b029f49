export * from './client';
export { EnvsError, Unreachable } from './request';
export * from '../types';
