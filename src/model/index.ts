export { DriftReports } from './drift';
export { EnvironmentsModel } from './model';
export { type Row, rows } from './rows';
export { sourcePath } from './source';
