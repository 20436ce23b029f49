import type { DoctorReport, Finding } from '../../../src/types';
import { NOW } from './records';

/** The solver chose a build for CPUs, on a machine with a GPU. */
export function finding(change: Partial<Finding> = {}): Finding {
  return {
    id: 'cpu_build',
    layer: 'static',
    severity: 'warning',
    blocking: false,
    who: 'you',
    message: 'said in English',
    fix: { text: 'helps in English', action: 'update', subject: 'science' },
    params: { package: 'pytorch', version: '2.13.0', environment: 'science' },
    evidence: [{ source: 'conda-meta/pytorch.json', value: 'cpu_mkl_0' }],
    ...change
  };
}

export function doctorReport(...findings: Finding[]): DoctorReport {
  return {
    schema: 1,
    checked_at: NOW,
    version: '0.1.0',
    machine: { system: 'Linux x86_64', gpus: '1' },
    environment: null,
    healthy: findings.length === 0,
    rules: 113,
    findings
  };
}
