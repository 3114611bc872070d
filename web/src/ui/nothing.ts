/** Stands for a part of a library that is imported and never used. */
export default class Nothing {}
