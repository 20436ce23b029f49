export { AuditModel, NOTHING_ASKED } from './audit';
export { days, HistoryModel, SHOWN } from './history';
export { EnvironmentsModel } from './model';
export { type Row, rows } from './rows';
export { sourcePath } from './source';
