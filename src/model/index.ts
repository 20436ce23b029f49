export { DriftReports } from './drift';
export { AuditModel, NOTHING_ASKED } from './audit';
export { Gpus } from './gpus';
export { days, HistoryModel, SHOWN } from './history';
export { EnvironmentsModel } from './model';
export { aside, type Row, rows } from './rows';
export { sourcePath } from './source';
export { Sources } from './sources';
export { Storages } from './storage';
