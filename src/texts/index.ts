export { bytes, clock, day, moment, offset } from './numbers';
export {
  eventText,
  failureTitle,
  fraction,
  phaseTitle,
  progressText,
  verbTitle
} from './operations';
export { driftText, faultText, pastTitle, runningText } from './past';
export { detailsOf, diagnosticsOf, diagnosticText, fixText, hintOf, messageOf } from './problems';
