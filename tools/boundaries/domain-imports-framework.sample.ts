// as: libs/domain/session/src/sample.ts
// red: @nx/enforce-module-boundaries: not allowed to import "@nestjs/common"
import { Injectable } from '@nestjs/common';

export const sample = Injectable;
