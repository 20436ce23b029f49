import './base.css';
import './past.css';
import './drift.css';
import './disk.css';
