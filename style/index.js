import './base.css';
import './drift.css';
