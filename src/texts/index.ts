export { driftTitle, keptTitle, lookedAt, verdictText } from './drift';
export { cleanKind, gitState, gitTitle, lastUsed } from './disk';
export { formatTitle } from './formats';
export { bytes, clock, moment } from './numbers';
export {
  eventText,
  failureTitle,
  fraction,
  phaseTitle,
  progressText,
  verbTitle
} from './operations';
export { detailsOf, diagnosticsOf, diagnosticText, hintOf, messageOf } from './problems';
