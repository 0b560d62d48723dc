/** Text for people; pure parts of the extension take a `Translate`, as the language service does. */

export { english, type Translate } from '../config-language/translate.ts';
