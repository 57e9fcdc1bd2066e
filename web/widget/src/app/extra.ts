// What a first message does not need: the list of conversations and the rating card. One file, loaded when either is wanted.
export { Menu } from './Menu';
export { Rating } from './Rating';
