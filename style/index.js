import './base.css';
import './drift.css';
import './disk.css';
import './past.css';
import './gpus.css';
import './choosing.css';
