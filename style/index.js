import './base.css';
import './past.css';
