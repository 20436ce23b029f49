export { EnvironmentsModel } from './model';
export { fraction, type Row, rows } from './rows';
export { sourcePath } from './source';
